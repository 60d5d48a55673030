/** A colleague in the list: what they may do and their HPR number can be changed, and they can leave and come back. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role } from '#electron/contract/choices.ts';
import type { OutputOf } from '#electron/contract/index.ts';
import { call } from '../../app/client.ts';
import { useSession } from '../../app/session.ts';
import { useReturnFocus } from '../../app/use-return-focus.ts';
import { formatDate } from '../chart/format.ts';
import { AskOnce } from './ask-once.tsx';
import { RoleBoxes } from './role-boxes.tsx';

type User = OutputOf<'user.list'>['users'][number];
type Told = (reply: { ok: boolean; code?: string; details?: Record<string, unknown> }) => boolean;

interface Props {
  user: User;
  tell: Told;
  /** Takes their second factor away; null where they have none. */
  onResetFactor: (() => void) | null;
  /** Takes away who they are by HelseID; null where nobody is bound. */
  onUnbind: (() => void) | null;
}

export function PersonRow({ user, tell, onResetFactor, onUnbind }: Props) {
  const { t } = useTranslation('settings');
  const [editing, setEditing] = useState(false);
  // What was added here counts here at once; the server says whether it does for the clinic.
  const { serverUrl } = useSession();
  const confirmed = user.seq > 0 || serverUrl === null;
  return (
    <tr data-off={user.active ? undefined : ''}>
      <td>
        <strong>{user.name}</strong>
        {!confirmed && <span className="quiet"> {t('people.unconfirmed')}</span>}
      </td>
      <td className="quiet">{user.email}</td>
      {editing ? (
        <EditRoles user={user} tell={tell} onDone={() => setEditing(false)} />
      ) : (
        <>
          <td>{user.roles.map((role) => t(`role.${role}`)).join(', ')}</td>
          <td className="num quiet">
            {user.hprNumber === null ? '' : `HPR ${user.hprNumber}`}
            {user.validUntil !== null && ` ${t('people.until', { date: formatDate(`${user.validUntil}T12:00:00Z`) })}`}
          </td>
        </>
      )}
      <td>
        <span className="row" style={{ flexWrap: 'nowrap' }}>
          {!editing && (
            <button type="button" className="btn" onClick={() => setEditing(true)}>
              {t('people.edit')}
            </button>
          )}
          <button
            type="button"
            className="btn"
            onClick={() => void call('user.update', { userId: user.id, set: { active: !user.active } }).then(tell)}
          >
            {user.active ? t('people.deactivate') : t('people.activate')}
          </button>
          {onResetFactor !== null && (
            <AskOnce
              label={t('factor.reset')}
              question={t('factor.resetSure', { name: user.name })}
              yes={t('factor.resetYes')}
              onYes={onResetFactor}
            />
          )}
          {onUnbind !== null && (
            <AskOnce
              label={t('helseId.unbind')}
              question={t('helseId.unbindSure', { name: user.name })}
              yes={t('helseId.unbindYes')}
              onYes={onUnbind}
            />
          )}
        </span>
      </td>
    </tr>
  );
}

function EditRoles({ user, tell, onDone }: { user: User; tell: Told; onDone(): void }) {
  useReturnFocus();
  const { t } = useTranslation('settings');
  const [roles, setRoles] = useState<readonly Role[]>(user.roles);
  const [hpr, setHpr] = useState(user.hprNumber ?? '');
  const [lastDay, setLastDay] = useState(user.validUntil ?? '');
  const save = async (): Promise<void> => {
    if (roles.length === 0) {
      tell({ ok: false, code: 'user/no-role' });
      return;
    }
    const set = {
      roles: [...roles],
      hprNumber: hpr.trim() === '' ? null : hpr.trim(),
      profession: roles.includes('PRACTITIONER') ? (user.profession ?? 'KI') : user.profession,
      ...(lastDay === (user.validUntil ?? '') ? {} : { validUntil: lastDay === '' ? null : lastDay }),
    };
    if (tell(await call('user.update', { userId: user.id, set }))) onDone();
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement && event.target.type !== 'checkbox') void save();
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onDone();
  };
  return (
    <>
      <td onKeyDown={onKeyDown}>
        <RoleBoxes roles={roles} onRoles={setRoles} autoFocus />
      </td>
      <td onKeyDown={onKeyDown}>
        <input
          autoComplete="off"
          className="input"
          style={{ width: 110 }}
          aria-label={t('people.hpr')}
          placeholder="HPR"
          inputMode="numeric"
          value={hpr}
          onChange={(event) => setHpr(event.currentTarget.value)}
        />{' '}
        <input
          className="input"
          style={{ width: 150 }}
          aria-label={t('people.validUntil')}
          type="date"
          value={lastDay}
          onChange={(event) => setLastDay(event.currentTarget.value)}
        />{' '}
        <button type="button" className="btn main" onClick={() => void save()}>
          {t('people.save')}
        </button>
      </td>
    </>
  );
}
