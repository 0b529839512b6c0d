import { TektonApp } from 'pipewright';
import { Ci } from './ci.js';

const app = new TektonApp({ outdir: 'dist' });
new Ci(app, 'ci');
app.synth();
