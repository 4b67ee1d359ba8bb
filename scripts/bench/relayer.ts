import { createServer } from "node:http";
import { encodeDeployData, encodeFunctionData } from "viem/utils";
import type { Abi, Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { Chain } from "../../lambdas/core/chain/chain.ts";
import { pause } from "../../lambdas/core/store/table.ts";

/**
 * The yardstick: a plain relayer that sends one ERC-20 transfer an operation, with pipelined nonces of one key, and
 * answers when it is mined. It keeps nothing on disk and authenticates nobody; whoever kills it loses what was under way.
 * Started with the URL of a node and the path of a compiled token; prints its port.
 */
const [chainUrl, artifactPath] = process.argv.slice(2) as [string, string];
const { default: artifact } = await import(artifactPath, { with: { type: "json" } });
const { abi, bytecode } = artifact as { abi: Abi; bytecode: Hex };
const chain = new Chain([chainUrl]);
const account = privateKeyToAccount(generatePrivateKey());
const chainId = await chain.chainId();
let nonce = 0;

const waiting = new Map<string, (mined: boolean) => void>();
void follow();

const creation = await send(undefined, encodeDeployData({ abi, bytecode, args: [] }), 5_000_000n);
const token = (await chain.receipt(creation))!.contractAddress as Hex;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    const { to } = JSON.parse(Buffer.concat(chunks).toString()) as { to: Hex };
    const hash = await send(token, encodeFunctionData({ abi, functionName: "transfer", args: [to, 1n] }), 60_000n);
    response.end(JSON.stringify({ hash }));
  });
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () =>
  process.send!({ port: (server.address() as { port: number }).port }),
);
process.on("disconnect", () => process.exit(0));

async function send(to: Hex | undefined, data: Hex, gas: bigint): Promise<string> {
  const serialized = await account.signTransaction({
    type: "legacy",
    chainId,
    nonce: nonce++,
    data,
    gas,
    gasPrice: 0n,
    ...(to && { to }),
  });
  const hash = await chain.request<string>("eth_sendRawTransaction", [serialized]);
  await new Promise((resolve) => waiting.set(hash, resolve));
  return hash;
}

/** Answers everybody whose transaction a block holds. It asks for nothing while nobody waits: then others are measured. */
async function follow(): Promise<void> {
  for (let next = await chain.head(); ;) {
    if (waiting.size === 0 || (await chain.head()) < next) {
      await pause(20);
      continue;
    }
    const block = await chain.block(next);
    for (const hash of block!.transactions) {
      waiting.get(hash)?.(true);
      waiting.delete(hash);
    }
    next++;
  }
}
