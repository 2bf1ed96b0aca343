using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>One whole run of either act.</summary>
internal interface IRunResult
{
    LoadReport Load { get; }

    /// <summary>What was done to the application under load, in a word.</summary>
    string Change { get; }

    /// <summary>When, in seconds since the load began.</summary>
    double ChangeAt { get; }
}
