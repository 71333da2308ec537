/** The last words of a run: each failed test with what was wrong, for logs of which only the end is kept. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { FullConfig, Reporter, Suite, TestCase, TestError } from '@playwright/test/reporter';

/** The name of what a failed test writes down about each of its pages. */
export const SHOWN = 'shown';

const LINES = 6;
const WIDTH = 200;

/** Lines that say nothing of their own: headings, brackets, the empty list that was expected. */
const FRAME = /^([-+]?\s*((Array|Object) )?[[\]{}]*,?|[-+] (Expected|Received) +[-+] \d+|- Array \[\]|Call log:|- Expect .*|expect\(received\).*)$/;

export default class Failures implements Reporter {
  private suite: Suite | undefined;
  private broken: TestError[] = [];

  onBegin(_config: FullConfig, suite: Suite): void {
    this.suite = suite;
  }

  /** What belongs to no test, such as a file that can't be read. */
  onError(error: TestError): void {
    this.broken.push(error);
  }

  // Only here has every other reporter said its words.
  async onExit(): Promise<void> {
    const failed = this.suite?.allTests().filter((test) => test.outcome() === 'unexpected') ?? [];
    for (const error of this.broken) console.log(this.words(error).join('\n'));
    for (const test of failed) console.log(this.told(test).join('\n'));
  }

  private told(test: TestCase): string[] {
    const { file, line } = test.location;
    const last = test.results.at(-1);
    const shown = last?.attachments.filter((one) => one.name === SHOWN) ?? [];
    return [
      `✘ ${relative('.', file)}:${line} ${test.title}`,
      ...(last?.errors ?? []).slice(0, 2).flatMap((error) => this.words(error, file)).map((words) => `    ${words}`),
      ...shown.map((one) => `    shown: ${(one.body ?? '').toString().slice(0, 3 * WIDTH)}`),
    ];
  }

  /** The first lines of an error, and the line of the test that met it. */
  private words(error: TestError, file?: string): string[] {
    const plain = (text: string) => text.replaceAll(/\u001b\[[0-9;]*m/g, '');
    const said = plain(error.message ?? error.value ?? 'no message')
      .split('\n')
      .map((line) => line.replaceAll(/\s+/g, ' ').trim())
      .filter((line) => !FRAME.test(line))
      .slice(0, LINES);
    const at = file === undefined ? undefined : plain(error.stack ?? '').split(`${file}:`)[1];
    const number = Number.parseInt(at ?? '', 10);
    const source = file === undefined || Number.isNaN(number) ? undefined : readFileSync(file, 'utf8').split('\n')[number - 1];
    return [...said, ...(source === undefined ? [] : [`${number} | ${source.trim()}`])].map((line) => line.slice(0, WIDTH));
  }
}
