import { formatPercent } from '../../evaluation/format-figure';
import { argmax } from '../../evaluation/probabilities';
import { classColors } from '../../plots/colors';
import { byId, element } from './element';

/** A row for a class: choosing it shows what speaks for it. */
function classRow(
  name: string,
  color: string,
  probability: number,
  onChosen: () => void,
): { choice: HTMLInputElement; row: HTMLElement } {
  const choice = element('input', '');
  choice.type = 'radio';
  choice.name = 'class';
  choice.addEventListener('change', onChosen);
  const bar = element('i', '');
  bar.style.width = `${probability * 100}%`;
  bar.style.background = color;
  const track = element('span', 'track', bar);
  track.ariaHidden = 'true';
  const share = element('data', '', formatPercent(probability));
  share.value = String(probability);
  return { choice, row: element('label', 'class', choice, element('span', 'name', name), track, share) };
}

/** Shows a bar a class and chooses the likeliest. @param onChosen told of the class that is chosen, at once and later */
export function showProbabilities(
  classes: readonly string[],
  probabilities: readonly number[],
  onChosen: (index: number) => void,
): void {
  const colors = classColors(classes);
  const rows = classes.map((name, index) =>
    classRow(name, colors[index]!, probabilities[index]!, () => onChosen(index)),
  );
  const list = byId('classes');
  list.replaceChildren(list.querySelector('legend')!, ...rows.map(({ row }) => row));
  list.hidden = false;
  const likeliest = argmax(probabilities);
  rows[likeliest]!.choice.checked = true;
  onChosen(likeliest);
}
