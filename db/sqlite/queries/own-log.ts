/** This device's own events, newest first: all there is to show of the log where no server can be asked. */
import type { LogRequest } from '../../sync/access-log.ts';
import type { SqliteDatabase } from '../open.ts';
import { prepared } from '../store.ts';

export interface OwnEvent {
  place: number;
  at: string;
  deviceId: string;
  actorId: string | null;
  actorName: string | null;
  roles: string[];
  action: string;
  verb: string;
  subjectEntity: string | null;
  patientId: string | null;
  details: Record<string, unknown>;
  reason: string | null;
  intact: boolean;
}

/** One event more than asked for tells that there are more. */
export function ownEvents(db: SqliteDatabase, deviceId: string, request: LogRequest): OwnEvent[] {
  const { patientId, actorId, action, from, to, before, limit } = request;
  const rows = prepared(
    db,
    `select n as place, at, device_id as deviceId, actor_id as actorId, actor_name as actorName, roles, action, verb, subject_entity as subjectEntity,
       patient_id as patientId, details, reason
     from audit_event e
     where device_id = @deviceId
       and (@patientId is null or patient_id = @patientId
         or exists (select 1 from json_each(e.details, '$.hits') where value = @patientId)
         or exists (select 1 from json_each(e.details, '$.patients') where value = @patientId))
       and (@actorId is null or actor_id = @actorId) and (@action is null or action = @action)
       and (@from is null or at >= @from) and (@to is null or at < @to) and (@before is null or n < @before)
     order by n desc limit @limit`,
  ).all({ deviceId, patientId, actorId, action, from, to, before, limit: limit + 1 }) as (Omit<OwnEvent, 'roles' | 'details' | 'intact'> & {
    roles: string;
    details: string;
  })[];
  return rows.map((row) => ({
    ...row,
    roles: JSON.parse(row.roles) as string[],
    details: JSON.parse(row.details) as Record<string, unknown>,
    intact: true,
  }));
}
