/**
 * Stands in for `@opentelemetry/auto-instrumentations-node`: instrumentations of some forty databases and frameworks
 * that Inngest's client would load for a tracing which Spicerack never asks it for. They were half of all packages.
 */
export const getNodeAutoInstrumentations = () => [];
