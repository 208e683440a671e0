/** Version of the model folder's format; another one is refused. */
export const formatVersion = 1;
