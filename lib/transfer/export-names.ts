/** The file of an exported model that says what it is. */
export const descriptionFile = 'xray-transfer.json';

/** Raised whenever a reader of the former version would misunderstand. */
export const exportVersion = 1;

/** Whether a file of this name belongs to an exported model. */
export const isExportedFile = (name: string): boolean =>
  [descriptionFile, 'model.json'].includes(name) || /^group1-shard\d+of\d+\.bin$/.test(name);
