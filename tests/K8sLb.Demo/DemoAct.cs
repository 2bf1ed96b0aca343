namespace K8sLb.Demo;

internal enum DemoAct
{
    /// <summary>A rolling restart under mixed load.</summary>
    Restart,

    /// <summary>From four pods to eight under long gRPC streams.</summary>
    Scale,
}
