/** Where the suite runs: one server, and three copies behind a proxy that remembers nobody. */
import { PLACES } from '#sync-server/testing/test-database.ts';

export const DEPLOYMENTS = PLACES.flatMap((place) => [
  { place, count: 1, name: `one server, ${place}` },
  { place, count: 3, name: `three copies behind a round-robin proxy, ${place}` },
]);
