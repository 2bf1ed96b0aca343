namespace K8sLb.Sidecar.Connections;

public enum ConnectionState
{
    /// <summary>Work is in flight.</summary>
    Active,

    /// <summary>Open, nothing in flight.</summary>
    Idle,

    /// <summary>The protocol's polite signal has been given.</summary>
    Closing,
    Closed,
}
