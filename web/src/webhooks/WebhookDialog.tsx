import { useState } from "react";
import { useQuery } from "urql";
import { useAction } from "../api/useAction";
import { graphql } from "../gql";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { Dialog } from "../parts/Dialog";
import { Loaded } from "../parts/Loaded";
import { Problems } from "../parts/Problems";
import { SecretDialog } from "../parts/SecretDialog";
import { useWords } from "../words/WordsProvider";
import { Deliveries } from "./Deliveries";
import { EditWebhookDialog } from "./EditWebhookDialog";
import { UpdateWebhook } from "./updateWebhook";
import { WebhookState } from "./WebhookState";

const WebhookOfDialog = graphql(`
  query WebhookOfDialog($id: ID!) {
    node(id: $id) {
      ... on Webhook {
        id
        url
        isEnabled
        ...WebhookState
        ...EditWebhook
        deliveries {
          ...Delivery
        }
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
  const { act, doing, isBusy, problems } = useAction();
  const [secret, setSecret] = useState<string | null>(null);
  const [asked, setAsked] = useState<"edit" | "remove" | null>(null);

  const change = async (to: { isEnabled?: boolean; rotateSecret?: boolean }) =>
    setSecret((await act(UpdateWebhook, { webhookId: id, ...to }))?.secret ?? null);
  const remove = () => {
    setAsked(null);
    void act(DeleteWebhook, { webhookId: id });
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
                <button type="button" className="aside" disabled={isBusy} onClick={() => setAsked("remove")}>
                  {words.remove}
                </button>
                <button type="button" disabled={isBusy} onClick={() => setAsked("edit")}>
                  {words.edit}
                </button>
                <button type="button" disabled={isBusy} onClick={() => void change({ rotateSecret: true })}>
                  {words.newSecret}
                </button>
                <button type="button" disabled={isBusy} onClick={() => void change({ isEnabled: !webhook.isEnabled })}>
                  {webhook.isEnabled ? words.switchOff : words.switchOn}
                </button>
                <button type="button" className="primary" disabled={isBusy} onClick={() => void act(SendTestEvent, { webhookId: id })}>
                  {doing === SendTestEvent ? words.working : words.sendTestEvent}
                </button>
              </footer>
              {asked === "edit" && <EditWebhookDialog webhook={webhook} onClose={() => setAsked(null)} />}
            </>
          )
        }
      </Loaded>
      {secret !== null && <SecretDialog title={words.newSecret} secret={secret} onClose={() => setSecret(null)} />}
      {asked === "remove" && (
        <ConfirmDialog
          title={words.removeTitle(name)}
          action={words.removeNow}
          onConfirm={remove}
          onCancel={() => setAsked(null)}
        >
          <p>{words.removeQuestion}</p>
        </ConfirmDialog>
      )}
    </Dialog>
  );
}
