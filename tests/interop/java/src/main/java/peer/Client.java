package peer;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;

/** The JMS client libraries, each with its own protocol. */
enum Client {
    CORE {
        @Override
        ConnectionFactory factory(String url) {
            return new org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory(url);
        }
    },
    OPENWIRE {
        @Override
        ConnectionFactory factory(String url) {
            var factory = new org.apache.activemq.ActiveMQConnectionFactory(url);
            factory.setWatchTopicAdvisories(false); // else it takes other programs' temporary queues for deleted ones
            return factory;
        }
    },
    QPID {
        @Override
        ConnectionFactory factory(String url) {
            return new org.apache.qpid.jms.JmsConnectionFactory(url);
        }
    },
    RABBITMQ {
        @Override
        ConnectionFactory factory(String url) throws JMSException {
            var factory = new com.rabbitmq.jms.admin.RMQConnectionFactory();
            factory.setUri(url);
            // otherwise it declares a requestor's queue, which may be exclusive to that connection
            factory.setDeclareReplyToDestination(Boolean.getBoolean("peer.declareReplyToDestination"));
            factory.setKeepTextMessageType(Boolean.getBoolean("peer.keepTextMessageType"));
            return factory;
        }
    };

    abstract ConnectionFactory factory(String url) throws JMSException;
}
