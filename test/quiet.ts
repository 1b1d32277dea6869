// The functions' logs and metrics, which go to the console, would bury what jest says.
process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';
process.env.POWERTOOLS_METRICS_NAMESPACE ??= 'Kiln';
process.env.POWERTOOLS_METRICS_DISABLED ??= 'true';

// serverless.yml gives them to every function.
process.env.KILN_SERVICE ??= 'kiln-test@us-east-1';
process.env.KILN_STAGE ??= 'test';
