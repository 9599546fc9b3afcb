import { serveTensorFlow } from "./tfjs.js";

serveTensorFlow("cpu");
