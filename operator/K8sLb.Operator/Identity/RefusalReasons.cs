namespace K8sLb.Operator.Identity;

/// <summary>Why control streams and connections are refused: the values of the metric's tag. docs/security.md says what each means.</summary>
public static class RefusalReasons
{
    /// <summary>A source, or all together, have too many connections that have not proven who they are.</summary>
    public const string TooManyUnproven = "TooManyUnproven";

    /// <summary>A connection did not prove in time who it is.</summary>
    public const string NoProofInTime = "NoProofInTime";

    /// <summary>The first line is no hello that could be right.</summary>
    public const string BadHello = "BadHello";
    public const string NoToken = "NoToken";

    /// <summary>The API server does not accept it: expired, of another audience, of a pod that is gone, or never valid.</summary>
    public const string TokenRefused = "TokenRefused";

    /// <summary>Accepted by the API server, and bound to no pod.</summary>
    public const string TokenNotBound = "TokenNotBound";

    /// <summary>The token of one pod, the name of another.</summary>
    public const string AnotherPod = "AnotherPod";

    /// <summary>The API server could not be asked: nobody's fault, and nobody is let in.</summary>
    public const string ReviewUnavailable = "ReviewUnavailable";

    /// <summary>A stream's token has ended, and its sidecar has sent no newer one.</summary>
    public const string TokenEnded = "TokenEnded";

    /// <summary>More sidecars attach at a time than this operator lets in; it was told when its turn is.</summary>
    public const string Paced = "Paced";

    /// <summary>This replica does not lead, the pod is not known (yet), or no pool selects it.</summary>
    public const string NotServed = "NotServed";
}
