import { serveTensorFlow } from "./tfjs.js";

serveTensorFlow("wasm");
