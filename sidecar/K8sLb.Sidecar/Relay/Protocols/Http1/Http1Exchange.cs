using K8sLb.Sidecar.Relay.Framing.Http1;

namespace K8sLb.Sidecar.Relay.Protocols.Http1;

/// <summary>One request and its responses: what of the heads is needed until both are through.</summary>
internal struct Http1Exchange
{
    public bool IsUnderWay { get; private set; }
    public RequestMethod Method { get; private set; }
    public UpgradeProtocols Upgrade { get; private set; }

    /// <summary>The client keeps its connection after this one.</summary>
    public bool ClientKeepsAlive { get; private set; }

    /// <summary>The local application alone may serve it.</summary>
    public bool StaysHere { get; set; }

    public bool RequestComplete { get; set; }

    /// <summary>A byte of the response was seen: the application has taken the request up.</summary>
    public bool ResponseBegun { get; set; }

    /// <summary>The final head has gone to the client.</summary>
    public bool ResponseHeadSent { get; set; }
    public bool ResponseComplete { get; set; }

    /// <summary>The client was told, or asked, that this is the connection's last response.</summary>
    public bool ClosesClient { get; set; }

    /// <summary>The upstream connection may serve another request.</summary>
    public bool UpstreamKeepsAlive { get; set; }

    public static Http1Exchange Begin(in RequestHead head) =>
        new()
        {
            IsUnderWay = true,
            Method = head.Method,
            Upgrade = head.Upgrade,
            ClientKeepsAlive = head.KeepAlive,
        };
}
