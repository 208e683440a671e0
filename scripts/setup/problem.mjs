/** Something that setup cannot do here; the message says what, why, and what to do about it. */
export class Problem extends Error {
  name = 'Problem';

  /** @param {string} message @param {{passing?: boolean}} kind passing: it may go away by itself, as an outage does */
  constructor(message, { passing = false } = {}) {
    super(message);
    this.passing = passing;
  }
}
