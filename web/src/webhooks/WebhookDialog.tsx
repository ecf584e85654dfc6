import { useState } from "react";
import { useMutation, useQuery } from "urql";
import { problemsOf, type Problem } from "../api/userErrors";
import { graphql } from "../gql";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { Dialog } from "../parts/Dialog";
import { Loaded } from "../parts/Loaded";
import { Problems } from "../parts/Problems";
import { SecretDialog } from "../parts/SecretDialog";
import { useWords } from "../words/WordsProvider";
import { Deliveries } from "./Deliveries";
import { WebhookState } from "./WebhookState";

const WebhookOfDialog = graphql(`
  query WebhookOfDialog($id: ID!) {
    node(id: $id) {
      ... on Webhook {
        id
        url
        isEnabled
        ...WebhookState
        deliveries {
          ...Delivery
        }
      }
    }
  }
`);

const UpdateWebhook = graphql(`
  mutation UpdateWebhook($input: UpdateWebhookInput!) {
    updateWebhook(input: $input) {
      secret
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

const SendTestEvent = graphql(`
  mutation SendTestEvent($input: SendTestEventInput!) {
    sendTestEvent(input: $input) {
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

const DeleteWebhook = graphql(`
  mutation DeleteWebhook($input: DeleteWebhookInput!) {
    deleteWebhook(input: $input) {
      deletedWebhookId
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

interface Props {
  id: string;
  name: string;
  onClose: () => void;
}

/** What a webhook was told and how that went; it can be tried out, switched off and on, and deleted. */
export function WebhookDialog({ id, name, onClose }: Props) {
  const words = useWords();
  const [answer, ask] = useQuery({ query: WebhookOfDialog, variables: { id } });
  const [{ fetching: isChanging }, updateWebhook] = useMutation(UpdateWebhook);
  const [{ fetching: isSending }, sendTestEvent] = useMutation(SendTestEvent);
  const [{ fetching: isDeleting }, deleteWebhook] = useMutation(DeleteWebhook);
  const [problems, setProblems] = useState<Problem[]>([]);
  const [secret, setSecret] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const isBusy = isChanging || isSending || isDeleting;

  const update = async (change: { isEnabled?: boolean; rotateSecret?: boolean }) => {
    const outcome = await updateWebhook({ input: { webhookId: id, ...change } });
    const payload = outcome.data?.updateWebhook;
    setProblems(problemsOf(outcome, payload?.userErrors, words.unreachable));
    setSecret(payload?.secret ?? null);
  };
  const sendTest = async () => {
    const outcome = await sendTestEvent({ input: { webhookId: id } });
    setProblems(problemsOf(outcome, outcome.data?.sendTestEvent?.userErrors, words.unreachable));
  };
  const remove = async () => {
    setAsking(false);
    const outcome = await deleteWebhook({ input: { webhookId: id } });
    setProblems(problemsOf(outcome, outcome.data?.deleteWebhook?.userErrors, words.unreachable));
  };

  return (
    <Dialog title={name} onClose={onClose}>
      <Loaded answer={answer} retry={ask}>
        {({ node: webhook }) =>
          webhook && "url" in webhook && (
            <>
              <p className="address">
                {webhook.url}
                <br />
                <WebhookState webhook={webhook} />
              </p>
              <Problems problems={problems} />
              <Deliveries deliveries={webhook.deliveries} />
              <footer>
                <button type="button" className="aside" disabled={isBusy} onClick={() => setAsking(true)}>
                  {words.remove}
                </button>
                <button type="button" disabled={isBusy} onClick={() => void update({ rotateSecret: true })}>
                  {words.newSecret}
                </button>
                <button type="button" disabled={isBusy} onClick={() => void update({ isEnabled: !webhook.isEnabled })}>
                  {webhook.isEnabled ? words.switchOff : words.switchOn}
                </button>
                <button type="button" className="primary" disabled={isBusy} onClick={() => void sendTest()}>
                  {isSending ? words.working : words.sendTestEvent}
                </button>
              </footer>
            </>
          )
        }
      </Loaded>
      {secret !== null && <SecretDialog title={words.newSecret} secret={secret} onClose={() => setSecret(null)} />}
      {isAsking && (
        <ConfirmDialog
          title={words.removeTitle(name)}
          action={words.removeNow}
          onConfirm={() => void remove()}
          onCancel={() => setAsking(false)}
        >
          <p>{words.removeQuestion}</p>
        </ConfirmDialog>
      )}
    </Dialog>
  );
}
