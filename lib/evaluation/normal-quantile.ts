import { checkNumber } from '../core/check';

const ratio = (numerator: readonly number[], denominator: readonly number[], x: number): number =>
  numerator.reduceRight((sum, c) => sum * x + c, 0) / denominator.reduceRight((sum, c) => sum * x + c, 0);

// Coefficients of PPND16, lowest power first: the middle, the shoulders, the tails.
const middle = [
  [
    3.3871328727963665, 1.3314166789178438e2, 1.9715909503065513e3, 1.373169376550946e4, 4.592195393154987e4,
    6.72657709270087e4, 3.343057558358813e4, 2.5090809287301227e3,
  ],
  [
    1, 4.231333070160091e1, 6.871870074920579e2, 5.394196021424751e3, 2.1213794301586597e4,
    3.930789580009271e4, 2.8729085735721943e4, 5.226495278852854e3,
  ],
] as const;
const shoulder = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    2.417807251774506e-1, 2.2723844989269184e-2, 7.745450142783414e-4,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 6.897673349851e-1, 1.4810397642748008e-1, 1.5198666563616457e-2,
    5.475938084995345e-4, 1.0507500716444169e-9,
  ],
] as const;
const tail = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 2.9656057182850487e-1, 2.6532189526576124e-2,
    1.2426609473880784e-3, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 5.99832206555888e-1, 1.369298809227358e-1, 1.4875361290850615e-2, 7.868691311456133e-4,
    1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
] as const;

/**
 * The point below which the standard normal distribution has probability `p`: 1.959964 for 0.975.
 * Relative error about 1e-16 (algorithm AS 241, PPND16; Wichura 1988).
 * @param p in (0, 1)
 * @throws InputError outside of it
 */
export function normalQuantile(p: number): number {
  checkNumber('p', p, Number.MIN_VALUE, 1 - Number.EPSILON / 2);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(...middle, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  return Math.sign(q) * (r <= 5 ? ratio(...shoulder, r - 1.6) : ratio(...tail, r - 5));
}
