/** This program's version, put in by the build. */
declare const SPICERACK_VERSION: string;
