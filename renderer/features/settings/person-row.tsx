/** A colleague in the list: what they may do and their HPR number can be changed, and they can leave and come back. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role } from '#electron/contract/choices.ts';
import type { OutputOf } from '#electron/contract/index.ts';
import { call } from '../../app/client.ts';
import { useReturnFocus } from '../../app/use-return-focus.ts';
import { AskOnce } from './ask-once.tsx';
import { RoleBoxes } from './role-boxes.tsx';

type User = OutputOf<'user.list'>['users'][number];
type Told = (reply: { ok: boolean; code?: string; details?: Record<string, unknown> }) => boolean;

/** @param onResetFactor takes their second factor away; null where they have none */
export function PersonRow({ user, tell, onResetFactor }: { user: User; tell: Told; onResetFactor: (() => void) | null }) {
  const { t } = useTranslation('settings');
  const [editing, setEditing] = useState(false);
  return (
    <tr data-off={user.active ? undefined : ''}>
      <td>
        <strong>{user.name}</strong>
      </td>
      <td className="quiet">{user.email}</td>
      {editing ? (
        <EditRoles user={user} tell={tell} onDone={() => setEditing(false)} />
      ) : (
        <>
          <td>{user.roles.map((role) => t(`role.${role}`)).join(', ')}</td>
          <td className="num quiet">{user.hprNumber === null ? '' : `HPR ${user.hprNumber}`}</td>
        </>
      )}
      <td>
        <span className="row">
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
  const save = async (): Promise<void> => {
    if (roles.length === 0) {
      tell({ ok: false, code: 'user/no-role' });
      return;
    }
    const set = {
      roles: [...roles],
      hprNumber: hpr.trim() === '' ? null : hpr.trim(),
      profession: roles.includes('PRACTITIONER') ? (user.profession ?? 'KI') : user.profession,
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
        <button type="button" className="btn main" onClick={() => void save()}>
          {t('people.save')}
        </button>
      </td>
    </>
  );
}
