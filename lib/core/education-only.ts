/** Stands by every figure, on every page and in every file of results. */
export const educationOnly = 'For education only, never for diagnosis.';
