import "./proof.css";
import { Drawer } from "@mantine/core";
import { useView } from "../shell/view.ts";
import { AccountProof } from "./account-proof.tsx";
import { GroupProof } from "./group-proof.tsx";
import { readTarget } from "./target.ts";

/** From any figure down to the bytes: opens when the address names a proof, so a proof can be sent as a link. */
export function ProofDrawer() {
  const { view, closeProof } = useView();
  const target = readTarget(view.proof);
  return (
    <Drawer
      opened={target !== null}
      onClose={closeProof}
      position="right"
      size={680}
      classNames={{ header: "proof-bar", body: "proof-body" }}
      title={<strong>Proof</strong>}
      overlayProps={{ backgroundOpacity: 0.18 }}
      closeButtonProps={{ "aria-label": "Close the proof" }}
      transitionProps={{ duration: 120 }}
    >
      {target?.kind === "account" ? <AccountProof accountId={target.accountId} day={view.proofDay ?? view.asOf} /> : null}
      {target?.kind === "group" ? <GroupProof by={target.by} currency={target.currency} groupKey={target.key} /> : null}
    </Drawer>
  );
}
