/**
 * The smallest real app: a pipeline that tests a repository, builds its image, pushes it and updates a Deployment.
 *
 * `npx cdk8s synth` writes it to dist/: one file with what is applied once, one with the run.
 */

import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  DockerCredentials,
  GitCredentials,
  GitResource,
  ImageResource,
  Pipeline,
  PipelineRun,
  PipelineServiceAccount,
  Task,
  TektonApp,
  type Credentials,
} from './lib/index.js';

/** What the pipeline needs of the outside, and the pipeline. */
export class NginxPipeline extends Chart {
  readonly source = new GitResource(this, 'source', {
    metadata: { name: 'nginx-source-code' },
    revision: 'master',
    url: 'https://github.com/aiyijing/nginx.git',
  });

  readonly image = new ImageResource(this, 'image', { metadata: { name: 'nginx' }, url: 'aiyijing/nginx' });

  readonly account: PipelineServiceAccount;
  readonly pipeline = nginxPipeline(this);

  constructor(scope: Construct, id: string, credentials: readonly Credentials[]) {
    super(scope, id);
    const metadata = { name: 'bot-account' };
    const rights = { clusterAdmin: true, automountToken: true }; // as the article has it; `grants` are better
    this.account = new PipelineServiceAccount(this, 'bot', { metadata, credentials, ...rights });
  }
}

/** One run of it. */
export class NginxRun extends Chart {
  constructor(scope: Construct, id: string, { pipeline, account, source, image }: NginxPipeline) {
    super(scope, id);
    new PipelineRun(this, 'run', {
      metadata: { name: 'build-nginx--pipelinerun' },
      pipeline,
      serviceAccount: account,
      serviceAccountField: 'serviceAccount',
      resources: { 'source-repo': source, 'web-image': image },
    });
  }
}

const nginxPipeline = (scope: Construct) =>
  new Pipeline(scope, 'pipeline', {
    metadata: { name: 'build-nginx--pipeline' },
    resources: { 'source-repo': 'git', 'web-image': 'image' },
    tasks: ({ task, resources }) => {
      const workspace = resources['source-repo'];
      const builtImage = resources['web-image'];
      const tested = task('unit-tests', unitTests(scope), { inputs: { workspace } });
      const built = task('build-push', buildPush(scope), {
        after: [tested],
        params: { pathToDockerFile: '/workspace/workspace/Dockerfile', pathToContext: '/workspace/workspace' },
        inputs: { workspace },
        outputs: { builtImage },
      });
      task('deploy', deploy(scope), {
        after: [built],
        params: { repoPath: '/workspace/workspace', resource: 'nginx', container: 'nginx' },
        inputs: { workspace, builtImage },
      });
    },
  });

const unitTests = (scope: Construct) =>
  new Task(scope, 'unit-tests', {
    metadata: { name: 'unit-tests' },
    inputs: { workspace: { type: 'git', targetPath: './' } },
    steps: () => [{ name: 'run-tests', image: 'golang', workingDir: '/workspace', command: ['make'], args: ['test'] }],
  });

const buildPush = (scope: Construct) =>
  new Task(scope, 'build-push', {
    metadata: { name: 'build-push' },
    params: {
      pathToDockerFile: { description: 'The path to the dockerfile to build', default: '/workspace/dockerfile' },
      pathToContext: {
        description:
          'The build context used by Kaniko (https://github.com/GoogleContainerTools/kaniko#kaniko-build-contexts)',
        default: '/workspace/',
      },
    },
    inputs: { workspace: 'git' },
    outputs: { builtImage: 'image' },
    steps: ({ params, outputs }) => [
      {
        name: 'build-and-push',
        image: 'aiyijing/kaniko-init:latest',
        env: { DOCKER_CONFIG: '/builder/home/.docker/' },
        command: ['/mykaniko/myexcutor'],
        args: [params.pathToDockerFile, params.pathToContext, outputs.builtImage.url],
      },
    ],
  });

const deploy = (scope: Construct) =>
  new Task(scope, 'deploy', {
    metadata: { name: 'deploy' },
    params: {
      repoPath: { description: "repo's path", default: '/workspace/' },
      resource: { description: 'deployment resources', default: '' },
      container: { description: 'container name', default: '' },
    },
    inputs: { workspace: 'git', builtImage: 'image' },
    steps: ({ params, inputs }) => [
      {
        name: 'deploy',
        image: 'aiyijing/kubectl:latest',
        env: { DOCKER_CONFIG: '/builder/home/.docker/' },
        command: ['alaudactl'],
        args: [params.resource, params.container, inputs.builtImage.url, params.repoPath],
      },
    ],
  });

if (process.argv[1] === import.meta.filename) {
  const app = new TektonApp();
  const credentials = [DockerCredentials.fromSecret('auth-docker'), GitCredentials.fromSecret('auth-gitlab')];
  const nginx = new NginxPipeline(app, 'pipeline', credentials);
  new NginxRun(app, 'run', nginx);
  app.synth();
}
