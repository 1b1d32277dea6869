// The functions' logs and metrics, which go to the console, would bury what jest says.
process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';
process.env.POWERTOOLS_METRICS_NAMESPACE ??= 'Kiln';
process.env.POWERTOOLS_METRICS_DISABLED ??= 'true';
