using K8sLb.Sidecar.Relay.Framing.Http1;
using K8sLb.Sidecar.Relay.Protocols.Http2;
using K8sLb.Sidecar.Relay.Protocols.Tunnel;
using K8sLb.Sidecar.Relay.Protocols.WebSocket;

namespace K8sLb.Sidecar.Relay.Protocols.Http1;

/// <content>The way to another protocol.</content>
internal sealed partial class Http1Session
{
    /// <summary>The connection speaks another protocol from here on.</summary>
    private void Switch(in ResponseHead head)
    {
        var accepted = head.Fields.Upgrade;
        var asked = exchange.Method == RequestMethod.Connect || (exchange.Upgrade & accepted) != 0;
        if (!asked || !exchange.RequestComplete)
        {
            Fail(RelayFailure.BadResponse);
            return;
        }
        var taken = upstream!;
        taken.NoteAnswer(success: true);
        Client.Send(taken.Channel.Input[..head.Length]);
        taken.Channel.Consume(head.Length);
        taken.Channel.Park();
        Client.Park();
        upstream = null;
        HandOver();
        if (exchange.Method == RequestMethod.Connect)
        {
            TunnelSession.TakeOver(Connection, taken);
        }
        else if (accepted == UpgradeProtocols.WebSocket)
        {
            WebSocketSession.TakeOver(Connection, taken);
        }
        else if (accepted == UpgradeProtocols.H2c)
        {
            Http2Session.TakeOver(Connection, taken);
        }
        else
        {
            TunnelSession.TakeOver(Connection, taken);
        }
    }
}
