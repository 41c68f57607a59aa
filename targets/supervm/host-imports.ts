/** The imports of docs/host-abi.md, section 3: all parameters and results are i32. */
export interface HostImport {
  readonly name: string;
  readonly params: number;
  readonly result: boolean;
}

const host = (name: string, params: number, result = false): HostImport => ({ name, params, result });

export const HOST_IMPORTS = [
  host("exit", 1),
  host("storage_load", 0),
  host("storage_store", 0),
  host("transient_load", 0),
  host("transient_store", 0),
  host("calldata_copy", 3),
  host("returndata_copy", 3),
  host("code_size", 0, true),
  host("code_copy", 3),
  host("balance", 0),
  host("extcode_size", 0, true),
  host("extcode_hash", 0),
  host("extcode_copy", 3),
  host("blockhash", 0),
  host("blobhash", 0),
  host("log", 3),
  host("call", 5, true),
  host("create", 3, true),
  host("object_reference", 3),
  host("selfdestruct", 0),
] as const;
