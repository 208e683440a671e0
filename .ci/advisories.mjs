// Asks for published advisories about the packages in the lock files, and says which of them SECURITY.md has no answer
// to. Where no service answers it says that. Nothing fails for it: an advisory may be published any day.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const security = readFileSync('SECURITY.md', 'utf8');
const isAnswered = (name) => security.includes(`\`${name}\``);

/** The JSON that a command prints; undefined where it is not there, or prints none in time. */
function asked(command, ...args) {
  const { stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000, maxBuffer: 1e8 });
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}

function say(what, named, unknown = 0) {
  if (!named) return console.log(`${what}: no answer, nothing was checked`);
  const open = [...new Set(named)].filter((name) => !isAnswered(name));
  console.log(
    `${what}: ${named.length} packages with advisories; without an answer: ${open.join(', ') || 'none'}` +
      (unknown ? `; ${unknown} packages could not be asked about` : ''),
  );
}

// A package that only depends on one with an advisory has names in `via`, no objects.
const { vulnerabilities } =
  asked('npm', 'audit', '--package-lock-only', '--json', '--fetch-retries=0', '--fetch-timeout=20000') ?? {};
say(
  'npm audit',
  vulnerabilities &&
    Object.values(vulnerabilities)
      .filter(({ via }) => via.some((one) => typeof one === 'object'))
      .map(({ name }) => name),
);
for (const name of ['jupyter', 'peers']) {
  const file = `scripts/setup/requirements/${name}.txt`;
  const options = ['--require-hashes', '--disable-pip', '--progress-spinner=off', '--format=json'];
  const found = asked('pip-audit', ...options, '-r', file)?.dependencies ?? [];
  // A mirror that does not know advisories answers of every package that it does not know it.
  const known = found.filter((one) => !one.skip_reason);
  const named = known.filter(({ vulns }) => vulns?.length).map((one) => one.name);
  say(`pip-audit of ${name}`, known.length ? named : undefined, found.length - known.length);
}
