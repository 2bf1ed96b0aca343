namespace K8sLb.Sidecar.Connections;

/// <summary>How a release reaches into the data path that carries a connection. No call blocks or throws.</summary>
public interface IClientChannel
{
    /// <summary>Gives the protocol's polite signal as soon as the protocol allows it.</summary>
    /// <param name="urgency">How long a better moment may be waited for.</param>
    void Release(ReleaseUrgency urgency);

    /// <summary>A release that was asked for is taken back. What the client was told already stays said.</summary>
    void Stay();

    /// <summary>Ends the connection now, whatever is in flight.</summary>
    /// <param name="reset">By RST instead of FIN.</param>
    void Cut(bool reset);
}

/// <summary>Which moment will do, in rising order of urgency.</summary>
public enum ReleaseUrgency
{
    /// <summary>With an answer (HTTP/1.1), or right after one, while the client has nothing under way.</summary>
    AfterAnswer,

    /// <summary>Whenever nothing of the client's is unanswered.</summary>
    WhenSettled,

    /// <summary>At the next place where the protocol allows it at all.</summary>
    AtNextBoundary,
}
