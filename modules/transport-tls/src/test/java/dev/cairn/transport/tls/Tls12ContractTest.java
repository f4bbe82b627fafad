package dev.cairn.transport.tls;

class Tls12ContractTest extends TlsContractTest {
    @Override
    String version() {
        return "TLSv1.2";
    }
}
