/** Tells our ConfigMap from the user's, so that a re-run finds and refreshes it. */
export const markerAnnotation = 'kees.bsycorp.com/generated-by'
export const generatorName = 'export-iam'
