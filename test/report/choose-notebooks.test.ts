import { describe, expect, test } from 'vitest';
import { InputError } from '../../lib/core/check';
import { chooseNotebooks } from '../../lib/report/choose-notebooks';

describe('which notebooks', () => {
  test('all by default, in order, without the start page, told nothing', async () => {
    const { files, variables } = await chooseNotebooks();
    expect(files.length).toBeGreaterThan(10);
    expect(files[0]).toBe('01-introduction.ipynb');
    expect(variables).toEqual({});
  });

  test('by name with or without number, each once, in their own order', async () => {
    const { files } = await chooseNotebooks(['vgg19', '04-vgg16', 'vgg16', '09-comparison.ipynb']);
    expect(files).toEqual(['04-vgg16.ipynb', '05-vgg19.ipynb', '09-comparison.ipynb']);
  });

  test('an unknown one is told the nearest and all', async () => {
    const refused = chooseNotebooks(['vgg61']);
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(
      /^--notebook is "vgg61"; did you mean vgg16\? Choose one of introduction, datasets, .*shortcuts$/,
    );
    await expect(chooseNotebooks(['start'])).rejects.toThrow(/--notebook is "start"/);
  });
});

describe('what they are told', () => {
  test('their parameters, as environment variables', async () => {
    const { variables } = await chooseNotebooks(['vgg16'], ['epochs=10', 'batchSize=4', 'learningRate=1e-2']);
    expect(variables).toEqual({
      XRAY_SET_EPOCHS: '10',
      XRAY_SET_BATCH_SIZE: '4',
      XRAY_SET_LEARNING_RATE: '1e-2',
    });
  });

  test('of all notebooks where none is chosen; a folder of here is named whole', async () => {
    const { variables } = await chooseNotebooks([], ['seeds=0,1', 'controls=./test']);
    expect(variables).toEqual({ XRAY_SET_SEEDS: '0,1', XRAY_SET_CONTROLS: `${process.cwd()}/test` });
  });

  test.each([
    [
      'epoch=10',
      /^--set names "epoch"; did you mean epochs\? Parameters of 04-vgg16: backbone, preset, seed, /,
    ],
    ['folds=3', /^--set names "folds"/],
    ['epochs', /^--set is "epochs"; give a parameter and its value, such as epochs=10$/],
    ['epochs=many', /^--set epochs is "many"; it must be a number$/],
    ['epochs=', /^--set epochs is ""; it must be a number$/],
    ['epochs=-1', /^epochs is -1; it must be a whole number, 1 to 10000$/],
    ['backbone=vgg61', /^backbone is "vgg61"; did you mean vgg16\?/],
    ['preset=best', /^preset is "best"; choose one of article, sound$/],
  ])('%s is refused before anything runs', async (setting, message) => {
    await expect(chooseNotebooks(['vgg16'], [setting])).rejects.toThrow(message);
  });
});
