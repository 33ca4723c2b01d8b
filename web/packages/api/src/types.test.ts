// The hand-written types say what the server's own OpenAPI document says.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

interface Schema { properties?: Record<string, unknown>; allOf?: Schema[]; items?: Schema; $ref?: string }

const read = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
const schemas: Record<string, Schema> = JSON.parse(read('../../../../server/snapshots/openapi.json')).components.schemas;
const source = ts.createSourceFile('types.ts', read('./types.ts'), ts.ScriptTarget.Latest, true);

function fieldsOf(schema: Schema): Set<string> {
  const fields = new Set(Object.keys(schema.properties ?? {}));
  // A list is known here by what is in it.
  for (const part of [...(schema.allOf ?? []), ...(schema.items ? [schema.items] : [])]) {
    const named = part.$ref?.split('/').pop();
    for (const field of fieldsOf(named ? (schemas[named] ?? {}) : part)) fields.add(field);
  }
  return fields;
}

const interfaces = new Map<string, ts.InterfaceDeclaration>();
source.forEachChild((node) => { if (ts.isInterfaceDeclaration(node)) interfaces.set(node.name.text, node); });

function membersOf(node: ts.InterfaceDeclaration): string[] {
  const inherited = (node.heritageClauses ?? []).flatMap((clause) => clause.types).flatMap((type) => {
    const parent = interfaces.get(type.expression.getText(source));
    return parent ? membersOf(parent) : [];
  });
  return [...inherited, ...node.members.flatMap((member) => (member.name ? [member.name.getText(source)] : []))];
}

const shared = [...interfaces.keys()].filter((name) => name in schemas);

test('most types are the server’s own', () => {
  expect(shared.length).toBeGreaterThan(10);
});

test.each(shared)('%s names only fields that the server sends', (name) => {
  const sent = fieldsOf(schemas[name]!);
  expect(membersOf(interfaces.get(name)!).filter((field) => !sent.has(field))).toEqual([]);
});
