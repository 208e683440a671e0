/**
 * The results with one section's in place of its last ones; the others' stay as they are. Sections that are no longer
 * among `sections` are dropped.
 */
export const withSection = (sections, results, name, result) =>
  Object.fromEntries(
    sections
      .map((section) => [section.name, section.name === name ? result : results[section.name]])
      .filter(([, kept]) => kept),
  );
