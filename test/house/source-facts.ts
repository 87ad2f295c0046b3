// Reads what the house rules need to know about one source file: its imports, the words it uses as code, its calls to `Date`.
// Works on the syntax tree, so comments never count; which facts are allowed where is layers.ts's business.
import { readFileSync, readdirSync } from 'node:fs';
import { parseAst } from 'vitest/node';

/** A fact and the line (from 1) it stands on. */
export interface Located {
  text: string;
  line: number;
}

export interface SourceFacts {
  /** Module specifiers of import, export-from, `import()` and `import('…')` types, type-only ones included. */
  imports: Located[];
  /** Every identifier and every string, template or regular-expression literal, module specifiers included. */
  words: Located[];
  /** `new Date()` and `Date()` without an argument: reads of the machine's clock. */
  clockReads: Located[];
}

type Node = { type: string; start: number } & Record<string, unknown>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function stringOf(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Literal' && typeof value['value'] === 'string' ? value['value'] : undefined;
}

/** The text a node contributes as a word, if it is a leaf that carries one. */
function wordOf(node: Node): string | undefined {
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return String(node['name']);
  if (node.type === 'Literal') return stringOf(node) ?? ('regex' in node ? String(node['raw']) : undefined);
  const { value } = node;
  if (node.type === 'TemplateElement' && typeof value === 'object' && value !== null && 'raw' in value) {
    return String(value.raw);
  }
  return undefined;
}

function isClockRead(node: Node): boolean {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return false;
  const { callee, arguments: args } = node;
  return isNode(callee) && callee['name'] === 'Date' && Array.isArray(args) && args.length === 0;
}

/**
 * The facts of one TypeScript source text.
 * @throws if the text does not parse; the message starts with `file`.
 */
export function factsOf(text: string, file: string): SourceFacts {
  const facts: SourceFacts = { imports: [], words: [], clockReads: [] };
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(visit);
      return;
    }
    if (!isNode(value)) return;
    const specifier = stringOf(value['source'] ?? (value.type === 'TSImportType' ? value['argument'] : undefined));
    if (specifier !== undefined) facts.imports.push({ text: specifier, line: lineAt(value.start) });
    const word = wordOf(value);
    if (word !== undefined) facts.words.push({ text: word, line: lineAt(value.start) });
    if (isClockRead(value)) facts.clockReads.push({ text: 'Date', line: lineAt(value.start) });
    Object.values(value).forEach(visit);
  };
  try {
    visit(parseAst(text, { lang: 'ts' }, file));
  } catch (error) {
    throw new Error(`${file}: cannot be parsed`, { cause: error });
  }
  return facts;
}

const SOURCE_ROOT = new URL('../../src/', import.meta.url);

/** Every `.ts` file of src/, as a path relative to src/ with forward slashes, with its facts. */
export function readSourceTree(): Map<string, SourceFacts> {
  const files = readdirSync(SOURCE_ROOT, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .toSorted();
  return new Map(files.map((file) => [file, factsOf(readFileSync(new URL(file, SOURCE_ROOT), 'utf8'), file)]));
}
