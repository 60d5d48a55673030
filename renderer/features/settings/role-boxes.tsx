/** What a person may do, as boxes to tick. */
import { useTranslation } from 'react-i18next';
import { ROLES, type Role } from '#electron/contract/choices.ts';

interface Props {
  roles: readonly Role[];
  onRoles(roles: Role[]): void;
  autoFocus?: boolean;
}

export function RoleBoxes({ roles, onRoles, autoFocus = false }: Props) {
  const { t } = useTranslation('settings');
  return (
    <span className="row">
      {ROLES.map((role, index) => (
        <label key={role}>
          <input
            type="checkbox"
            autoFocus={autoFocus && index === 0}
            checked={roles.includes(role)}
            onChange={(event) => onRoles(event.currentTarget.checked ? [...roles, role] : roles.filter((other) => other !== role))}
          />{' '}
          {t(`role.${role}`)}
        </label>
      ))}
    </span>
  );
}
