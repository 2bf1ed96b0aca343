namespace K8sLb.Sidecar.Relay.Loop;

/// <summary>Told when a channel can go on. Called on the loop's thread, never while a call of its own is under way.</summary>
internal interface IChannelOwner
{
    /// <summary>The channel became readable or writable, has failed, or has had its turn deferred.</summary>
    void OnReady(Channel channel);
}
