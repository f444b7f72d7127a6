import { startPubSub } from '../../../infra/local/pubsub/pubsub.ts';
import { describePubSub } from '../../contracts/pubsub.ts';

const pace = 0.25;

describePubSub('the stand-in Pub/Sub', async () => ({ ...(await startPubSub({ pace })), pace }));
