using K8sLb.Protocol;
using K8sLb.Relay.Tests.Harness;
using K8sLb.Sidecar.Relay;

namespace K8sLb.Relay.Tests.Protocols;

/// <summary>What tests of HTTP/1.1 ports begin with.</summary>
public abstract class Http1Relay(PollerKind kind)
{
    protected const string Get = "GET /a HTTP/1.1\r\nHost: web\r\n\r\n";

    private protected RelayFixture Relay(RelaySettings? settings = null, int loops = 1) =>
        new(kind, PortProtocol.Http, settings, loops);
}
