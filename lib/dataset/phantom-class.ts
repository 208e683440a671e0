/** The classes that phantoms are drawn of, as in the article. */
export const phantomClasses = ['covid', 'normal', 'pneumonia'] as const;
export type PhantomClass = (typeof phantomClasses)[number];
