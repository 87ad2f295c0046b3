// Parses the text of a configuration, YAML or JSON. What is wrong with it is said without a word of the text itself: it may hold keys.

import { extname } from 'node:path';
import { parseDocument, visit, type Document } from 'yaml';
import { ConfigError } from './config-problems.ts';

/**
 * What stands in `text`; null or undefined when that is nothing.
 * @param source how messages name it; a name that ends in `.json` is read as JSON
 * @throws ConfigError when it is neither
 */
export function parseText(text: string, source: string): unknown {
  // Some editors begin a file with a mark of its encoding.
  const plain = text.replace(/^\uFEFF/, '');
  return extname(source).toLowerCase() === '.json' ? parseJson(plain, source) : parseYaml(plain, source);
}

/** `line 7, column 17`, as editors count. */
function placeIn(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}

function parseJson(text: string, source: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    refuseTwice(text, source);
    return parsed;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // Where, and no more: the engine's message may quote the text around the mistake.
    const position = /position (\d+)/.exec(String(error))?.[1];
    const where = position === undefined ? '' : ` near ${placeIn(text, Number(position))}`;
    throw new ConfigError(`${source}: is not valid JSON${where}; check commas, quotes and brackets there`);
  }
}

/** Of a key that stands there twice, JSON.parse takes the last in silence. JSON is YAML, and that parser minds. */
function refuseTwice(text: string, source: string): void {
  const { errors } = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
  const twice = errors.find(({ code }) => code === 'DUPLICATE_KEY');
  if (twice === undefined) return;
  throw new ConfigError(
    `${source}: near ${placeIn(text, twice.pos[0])}: this key stands there twice; remove one of them`,
  );
}

const NEEDS_QUOTES = 'put it in single quotes if it is a text';

/** The parser's codes in our words: its own may quote the text. */
const MEANINGS: Readonly<Record<string, string>> = {
  ALIAS_PROPS: `a value that begins with "&" or "*" is a reference; ${NEEDS_QUOTES}`,
  BAD_ALIAS: `a value that begins with "*" refers to an earlier "&", and there is none; ${NEEDS_QUOTES}`,
  BAD_DIRECTIVE: `a line that begins with "%" is an instruction to the parser; ${NEEDS_QUOTES}`,
  BAD_DQ_ESCAPE: 'in double quotes "\\" has a meaning, and not before this character; use single quotes',
  BAD_INDENT: 'it is not indented like its neighbours, or a bracket is not closed',
  BAD_SCALAR_START: `no value can begin with this character; ${NEEDS_QUOTES}`,
  BLOCK_AS_IMPLICIT_KEY: `there is a second ": " or a "- " on the line; ${NEEDS_QUOTES}`,
  DUPLICATE_KEY: 'this key stands there twice',
  MISSING_CHAR:
    'something is missing (a closing quote, a comma, ": " after a key, "- " before an item), or the indentation is wrong',
  MULTILINE_IMPLICIT_KEY: 'there is no ": " after a key',
  MULTIPLE_DOCS: 'another document begins with "---"; everything belongs in one',
  TAB_AS_INDENT: 'a tab is used as indentation; use spaces',
  TAG_RESOLVE_FAILED: `a value that begins with "!" has a type of its own, and there is no such type; ${NEEDS_QUOTES}`,
  UNEXPECTED_TOKEN: `this cannot stand here; ${NEEDS_QUOTES}`,
};

/** Where an alias stands to which no anchor belongs: the parser finds out only when it is too late to tell. */
function unresolvedAlias(document: Document.Parsed): number | undefined {
  let position: number | undefined;
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      position = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return position;
}

function parseYaml(text: string, source: string): unknown {
  // The parser's own warnings would quote as well.
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
  const refuse = (code: string, position: number): never => {
    const meaning = MEANINGS[code] ?? 'check indentation and quotes';
    throw new ConfigError(`${source}: is not valid YAML near ${placeIn(text, position)}: ${meaning} (${code})`);
  };
  // What it only warns of, it leaves out of the value: of a secret such as "!a b" the half.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) return refuse(problem.code, problem.pos[0]);
  const alias = unresolvedAlias(document);
  if (alias !== undefined) return refuse('BAD_ALIAS', alias);
  try {
    return document.toJS();
  } catch {
    throw new ConfigError(`${source}: is not valid YAML: its references ("&" and "*") cannot be followed`);
  }
}
