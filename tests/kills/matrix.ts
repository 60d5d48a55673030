/**
 * `kill -9` of laptop, server and Postgres at named points, with real processes (SPEC.md). Each kill is known to have hit its
 * point. Every few kills all come up unharmed, and then nothing answered may be missing, done twice, or different.
 */
import { rmSync, mkdirSync } from 'node:fs';
import { createRandom } from '#tests/tools/random.ts';
import { drained } from '#tests/sync/clinic.ts';
import { openWorld, type Subject, type World } from './matrix-world.ts';
import { POINTS } from './points.ts';

export interface PointReport {
  point: string;
  kills: number;
  missed: number;
  lost: number;
  duplicated: number;
  diverged: number;
  /** Longest time from coming up unharmed until everything was sent and read. */
  worstDrainMs: number;
  problems: string[];
}

type Random = ReturnType<typeof createRandom>;
const CHECK_EVERY = 10;
const REFETCHING: ReadonlySet<string> = new Set(['client.gathering', 'client.swapping']);
const FRESH: ReadonlySet<string> = new Set(['client.first-load', 'client.today']);
export const POINT_NAMES: readonly string[] = ['client.written', ...Object.keys(POINTS)];

/** @param plant a fault written into the laptop, which must be found */
export async function runPoint(point: string, kills: number, seed: number, plant?: string): Promise<PointReport> {
  const oneBox = POINTS[point]?.dies === 'postgres';
  const world = await openWorld(oneBox, plant);
  const report: PointReport = { point, kills: 0, missed: 0, lost: 0, duplicated: 0, diverged: 0, worstDrainMs: 0, problems: [] };
  const random = createRandom(seed);
  const run = new Run(world, point, random);
  try {
    while (report.kills < kills && report.missed <= kills) {
      if (await run.killOnce()) report.kills += 1;
      else report.missed += 1;
      if (report.kills % CHECK_EVERY === 0 || report.kills === kills) await run.judge(report);
      if (report.problems.length > 5) break;
    }
    return report;
  } finally {
    await run.end();
    await world.close();
  }
}

class Run {
  private server: Subject | undefined;
  private laptop: Subject | undefined;
  private counter = 0;
  private readonly world: World;
  private readonly point: string;
  private readonly random: Random;

  constructor(world: World, point: string, random: Random) {
    this.world = world;
    this.point = point;
    this.random = random;
  }

  async killOnce(): Promise<boolean> {
    if (this.point === 'client.migrating') return this.killUpgrade();
    return this.point.startsWith('client.') ? this.killLaptop() : this.killServer();
  }

  private armed(): Record<string, string> {
    const once = FRESH.has(this.point) || REFETCHING.has(this.point) || this.point === 'server.starting';
    return {
      KILL_POINT: this.point,
      KILL_SKIP: String(once ? 0 : this.random.int(0, 3)),
      KILL_FRACTION: String(this.random.int(0, 100) / 100),
    };
  }

  private tokens(): string[] {
    return Array.from({ length: 3 }, () => `t${(this.counter += 1)}`);
  }

  private async serverUp(): Promise<void> {
    if (this.server?.alive === true) return;
    this.server = this.world.server();
    await this.server.begun();
  }

  private async killLaptop(): Promise<boolean> {
    await this.serverUp();
    await this.laptop?.end();
    if (REFETCHING.has(this.point)) await this.moveFloor();
    const tokens = this.tokens();
    const env = this.point === 'client.written' ? { KILL_AT_WRITE: tokens[this.random.int(0, 2)] ?? '' } : this.armed();
    const laptop = this.world.laptop(env, FRESH.has(this.point) ? this.beside() : {});
    this.laptop = laptop;
    await laptop.begun();
    for (let tries = 0; tries < 4 && laptop.alive; tries += 1) {
      if (!FRESH.has(this.point)) laptop.child.send({ write: tries === 0 ? tokens : this.tokens() }, () => {});
      await Promise.race([laptop.gone, new Promise((resolve) => setTimeout(resolve, 1500))]);
    }
    const died = !laptop.alive;
    await laptop.end();
    for (const token of laptop.saved) this.world.saved.add(token);
    return this.point === 'client.written' ? died : laptop.hit;
  }

  /** A laptop that has read nothing yet; its first load is killed again and again. */
  private beside(): { home: string } {
    const home = `${this.world.order.home}-fresh`;
    if (this.counter % 12 === 0) rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    return { home };
  }

  /** The feed is cut off below its end: who stands further back begins anew. */
  private async moveFloor(): Promise<void> {
    const { colleague } = this.world;
    colleague.write('patient.update', (ctx) => ctx.patch('patient', this.world.order.patient, { city: `By ${(this.counter += 1)}` }));
    await drained(colleague);
    await this.world.sql('update clinic_clock set floor = seq');
  }

  private async killUpgrade(): Promise<boolean> {
    const subject = this.world.laptop({ KILL_POINT: this.point, KILL_SKIP: String(this.random.int(0, 5)) }, { migrating: true });
    await subject.gone;
    return subject.hit;
  }

  private async killServer(): Promise<boolean> {
    await this.server?.end(this.server.hit ? 'SIGKILL' : 'SIGTERM');
    const server = this.world.server(this.armed());
    this.server = server;
    await server.begun();
    await this.laptopUp();
    const { laptop } = this;
    for (let tries = 0; tries < 8 && server.alive && !server.hit; tries += 1) {
      laptop?.child.send({ write: this.tokens(), now: true }, () => {});
      for (let waited = 0; waited < 15 && server.alive && !server.hit; waited += 1)
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const token of laptop?.saved ?? []) this.world.saved.add(token);
    // Who was killed is gone in a moment; a server of one box ends with its Postgres, one that stands apart finds it again.
    if (!(POINTS[this.point]?.dies instanceof RegExp) && server.hit) await server.gone;
    return server.hit;
  }

  private async laptopUp(): Promise<void> {
    if (this.laptop?.alive === true) return;
    this.laptop = this.world.laptop();
    await this.laptop.begun();
  }

  async judge(report: PointReport): Promise<void> {
    if (this.point === 'client.migrating') {
      const whole = this.world.laptop({}, { migrating: true });
      await whole.gone;
      if (whole.upgraded?.sound !== true) note(report, 'diverged', ['the upgraded database is not sound']);
      return;
    }
    if (this.point.startsWith('postgres.') || this.point.startsWith('server.')) {
      // The one that was hit first, if it lives: it must find its way back by itself.
      if (this.server?.alive !== true) await this.serverUp();
    } else await this.serverUp();
    if (FRESH.has(this.point)) await this.judgeFresh(report);
    if (this.point.startsWith('client.')) await this.laptop?.end();
    if (this.laptop?.alive !== true) this.laptop = this.world.laptop();
    await this.laptop.begun();
    const checked = await this.world.check(this.laptop);
    for (const token of this.laptop.saved) this.world.saved.add(token);
    note(report, 'lost', checked.lost);
    note(report, 'duplicated', checked.duplicated);
    note(report, 'diverged', checked.diverged);
    report.worstDrainMs = Math.max(report.worstDrainMs, checked.drainMs);
    if (this.point.startsWith('client.')) {
      await this.laptop.end();
      this.laptop = undefined;
    }
  }

  /** The first load that was killed all the time comes to its end, equal to the others. */
  private async judgeFresh(report: PointReport): Promise<void> {
    await this.laptop?.end();
    const fresh = this.world.laptop({}, this.beside());
    await fresh.begun();
    const checked = await this.world.check(fresh);
    note(report, 'diverged', checked.diverged);
    await fresh.end();
    rmSync(`${this.world.order.home}-fresh`, { recursive: true, force: true });
  }

  async end(): Promise<void> {
    await this.laptop?.end();
    await this.server?.end('SIGTERM');
  }
}

function note(report: PointReport, kind: 'lost' | 'duplicated' | 'diverged', found: readonly string[]): void {
  report[kind] += found.length;
  for (const one of found) report.problems.push(`after ${report.kills} kills: ${kind}: ${one}`);
}
