/** The container's health: whether this copy can do its work (`/ready`). Ends with 0 or 1; says nothing. */
const answer = await fetch('http://127.0.0.1:4300/ready', { signal: AbortSignal.timeout(4000) }).catch(() => undefined);
process.exit(answer?.ok === true ? 0 : 1);
