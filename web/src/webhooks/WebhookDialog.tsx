import { useState } from "react";
import { useQuery } from "urql";
import { useApiMutation } from "../api/useApiMutation";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { Dialog } from "../components/Dialog";
import { Problems } from "../components/Problems";
import { QueryBoundary } from "../components/QueryBoundary";
import { SecretDialog } from "../components/SecretDialog";
import { graphql } from "../gql";
import { useTranslations } from "../i18n/TranslationsProvider";
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

/** The deliveries of a webhook, with commands to test, edit, enable, disable and delete it. */
export function WebhookDialog({ id, name, onClose }: Props) {
  const t = useTranslations();
  const [result, refetch] = useQuery({ query: WebhookOfDialog, variables: { id } });
  const { mutate, activeMutation, isBusy, problems } = useApiMutation();
  const [secret, setSecret] = useState<string | null>(null);
  const [openDialog, setOpenDialog] = useState<"edit" | "remove" | null>(null);

  const update = async (changes: { isEnabled?: boolean; rotateSecret?: boolean }) =>
    setSecret((await mutate(UpdateWebhook, { webhookId: id, ...changes }))?.secret ?? null);
  const remove = () => {
    setOpenDialog(null);
    void mutate(DeleteWebhook, { webhookId: id });
  };

  return (
    <Dialog title={name} onClose={onClose}>
      <QueryBoundary result={result} retry={refetch}>
        {({ node: webhook }) =>
          webhook &&
          "url" in webhook && (
            <>
              <p className="address">
                {webhook.url}
                <br />
                <WebhookState webhook={webhook} />
              </p>
              <Problems problems={problems} />
              <Deliveries deliveries={webhook.deliveries} />
              <footer>
                <button type="button" className="aside" disabled={isBusy} onClick={() => setOpenDialog("remove")}>
                  {t.deleteCommand}
                </button>
                <button type="button" disabled={isBusy} onClick={() => setOpenDialog("edit")}>
                  {t.editCommand}
                </button>
                <button type="button" disabled={isBusy} onClick={() => void update({ rotateSecret: true })}>
                  {t.newSecret}
                </button>
                <button type="button" disabled={isBusy} onClick={() => void update({ isEnabled: !webhook.isEnabled })}>
                  {webhook.isEnabled ? t.disable : t.enable}
                </button>
                <button
                  type="button"
                  className="primary"
                  disabled={isBusy}
                  onClick={() => void mutate(SendTestEvent, { webhookId: id })}
                >
                  {activeMutation === SendTestEvent ? t.working : t.sendTestEvent}
                </button>
              </footer>
              {openDialog === "edit" && <EditWebhookDialog webhook={webhook} onClose={() => setOpenDialog(null)} />}
            </>
          )
        }
      </QueryBoundary>
      {secret !== null && <SecretDialog title={t.newSecret} secret={secret} onClose={() => setSecret(null)} />}
      {openDialog === "remove" && (
        <ConfirmDialog
          title={t.deleteTitle(name)}
          action={t.deleteNow}
          onConfirm={remove}
          onCancel={() => setOpenDialog(null)}
        >
          <p>{t.deleteQuestion}</p>
        </ConfirmDialog>
      )}
    </Dialog>
  );
}
