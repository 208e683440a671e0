import { educationOnly } from '../core/education-only';
import type { TrainedParts } from './trained-parts';

/** What must be said wherever a model's figures stand: a mark of two words, and a sentence. */
export interface Caution {
  readonly mark: string;
  readonly words: string;
}

/** What makes a model's figures say less than they seem to. */
export function modelCautions({
  synthetic,
  interrupted,
  backbone,
  preset,
}: Pick<TrainedParts, 'synthetic' | 'interrupted' | 'backbone' | 'preset'>): Caution[] {
  return [
    ...(synthetic
      ? [
          {
            mark: 'Synthetic data',
            words:
              'every picture is a phantom drawn by a program; no figure says anything about X-rays of people.',
          },
        ]
      : []),
    ...(backbone.weights === 'random'
      ? [
          {
            mark: 'Random weights',
            words: 'the base was never trained; the figures show the procedure only.',
          },
        ]
      : []),
    ...(interrupted
      ? [
          {
            mark: 'Interrupted',
            words: 'training was stopped early; this is the best head until then.',
          },
        ]
      : []),
    ...(preset === 'article'
      ? [
          {
            mark: 'Article preset',
            words:
              'where the split had no validation part, the best epoch was chosen on the test pictures, as there; the figures are then too good.',
          },
        ]
      : []),
  ];
}

/** What holds of every model. */
export const modelLimits = ({ seen }: Pick<TrainedParts, 'seen'>): string[] => [
  `${educationOnly} No figure here was confirmed on pictures of another hospital, and none by a physician.`,
  'Classes that come from different sources are told apart by their sources first; the figures above cannot show that it is otherwise.',
  `${seen.train.length} pictures were trained on. Read the intervals before the figures.`,
];
