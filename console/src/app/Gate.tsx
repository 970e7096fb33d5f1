import { Center, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { asFault } from "../api/fault";
import { ME_QUERY } from "../api/me";
import { FaultText } from "../parts/FaultText";
import { MustChange } from "../signin/MustChange";
import { SignIn } from "../signin/SignIn";
import { Shell } from "./Shell";

/** Who are you? The shell, or the sign-in page at the same address. */
export function Gate() {
  const { data, error, refetch } = useQuery(ME_QUERY);
  if (data?.must_change) return <MustChange />;
  if (data) return <Shell />;
  if (!error) {
    return (
      <Center h="100%">
        <Loader type="dots" />
      </Center>
    );
  }
  if (asFault(error).status === 401) return <SignIn onDone={() => void refetch()} />;
  return (
    <Center h="100%" p={16}>
      <FaultText fault={error} again={() => void refetch()} />
    </Center>
  );
}
