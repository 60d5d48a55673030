/** OpenAPI 3.1 of every route, from the same Zod schemas that parse its requests. */
import { z } from 'zod';
import type { Route } from './route.ts';

const PROBLEM = {
  description: 'A problem, with a stable code.',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['type', 'title', 'status', 'code'],
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          code: { type: 'string' },
          instance: { type: 'string', description: 'The request, as the log knows it; also in the header x-request-id.' },
        },
      },
    },
  },
};

export function openApi(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const one of routes) {
    const path = one.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [one.method.toLowerCase()]: operation(one) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Ryggrad sync server', version },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: "A device's credential, or a session's token." } },
    },
    paths,
  };
}

function operation({ summary, auth, params, query, body, takesBytes, responses }: Route): Record<string, unknown> {
  return {
    summary,
    ...(auth === 'open' ? {} : { security: [{ bearer: [] }] }),
    parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
    ...(takesBytes === true
      ? { requestBody: { required: true, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } } }
      : {}),
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(responses).map(([status, { description, schema }]) => [
          status,
          schema === undefined ? { description } : { description, content: json(schema) },
        ]),
      ),
      default: PROBLEM,
    },
  };
}

const json = (schema: z.ZodType) => ({ 'application/json': { schema: jsonSchema(schema) } });

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Record<string, unknown>[] {
  if (schema === undefined) return [];
  const { properties, required } = jsonSchema(schema);
  if (typeof properties !== 'object' || properties === null) return [];
  const needed: unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: place === 'path' || needed.includes(name),
    schema: one as unknown,
  }));
}
