import fc from 'fast-check';
import { Parser } from 'htmlparser2';
import { expect, test } from 'vitest';
import { keepAllowedHtml } from '../../lib/report/allowed-html';

test('tables keep their structure; numbers are marked as such', () => {
  const html =
    '<table><thead><tr><th scope="col">class</th><th style="text-align: right">n</th></tr></thead>' +
    '<tbody><tr><td>covid</td><td>68</td><td>-0.5 %</td><td colspan="2">1 of 2</td></tr></tbody></table>';
  expect(keepAllowedHtml(html)).toBe(
    '<table><thead><tr><th scope="col">class</th><th class="right">n</th></tr></thead>' +
      '<tbody><tr><td>covid</td><td class="number">68</td><td class="number">-0.5 %</td><td colspan="2">1 of 2</td></tr></tbody></table>',
  );
});

test('a date is not broken, whatever else its cell says of itself', () => {
  expect(keepAllowedHtml('<td style="text-align: left">2026-11-26 16:53</td><td>2026-11-26</td>')).toBe(
    '<td class="date left">2026-11-26 16:53</td><td class="date">2026-11-26</td>',
  );
});

test.each([
  ['<script>alert(1)</script>after', 'after'],
  ['<td onclick="alert(1)">a</td>', '<td>a</td>'],
  ['<a href="javascript:alert(1)">a</a>', 'a'],
  ['<img src="x" onerror="alert(1)">', ''],
  ['<img src="https://example.org/a.png">', ''],
  ['<img src="data:text/html,<script>">', ''],
  [
    '<img src="data:image/png;base64,AAAA" alt="&quot;><script>">',
    '<img src="data:image/png;base64,AAAA" alt="&quot;&gt;&lt;script&gt;">',
  ],
  ['<svg><style><img src=x onerror=alert(1)></style></svg>b', 'b'],
  ['<xmp><script>alert(1)</script></xmp>b', 'b'],
  ['<td style="text-align: right; background: url(https://example.org)">a</td>', '<td class="right">a</td>'],
  ['<td style="text-align: right</style><script>">a</td>', '<td>a</td>'],
  ['<p>a</div></section><b>b', '<p>a<b>b</b></p>'],
  ['&lt;script&gt; <  & ', '&lt;script&gt; &lt;  &amp; '],
  ['<iframe srcdoc="<script>"></iframe><form><button>ok</button></form>', 'ok'],
  ['<b id="contents" class="skip">x</b>', '<b>x</b>'],
])('%s', (html, kept) => expect(keepAllowedHtml(html)).toBe(kept));

test('whatever comes in, only listed tags and attributes come out, closed, and again the same', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...'<script>|</script>|<table>|</table>|<td |<tr>|<img src=|data:image/png,|onerror=|"|\'|>|/>|<!--|-->|<![CDATA[|]]>'.split(
        '|',
      ),
      ...'<style>|</style>|<svg>|</svg>|<math>|<title>|<textarea>|<noscript>|style="text-align:right|&lt;|&#x3c;|\0|<a href=javascript:'.split(
        '|',
      ),
    ),
    fc.string({ maxLength: 6 }),
  );
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const kept = keepAllowedHtml(pieces.join(''));
      const open: string[] = [];
      const parser = new Parser({
        onopentag(name, attributes) {
          seen.add(name);
          expect(name).not.toMatch(/^(script|style|svg|math|a|title|textarea|noscript)$/);
          for (const [key, value] of Object.entries(attributes)) {
            expect(key).toMatch(
              /^(colspan|rowspan|span|width|height|scope|role|value|max|open|src|alt|title|class)$/,
            );
            if (key === 'src') expect(value).toMatch(/^data:image\//);
          }
          open.push(name);
        },
        onclosetag(name) {
          expect(open.pop()).toBe(name);
        },
      });
      parser.end(kept);
      expect(kept).not.toMatch(/<!|<\?/);
      expect(keepAllowedHtml(kept)).toBe(kept);
    }),
    { numRuns: 2000, seed: 1 },
  );
  expect([...seen]).toContain('table');
});
