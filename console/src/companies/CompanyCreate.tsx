import { Modal, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload } from '../api/errors';
import { idempotencyKey } from '../api/key';
import { graphql } from '../gql';
import { CreateForm } from '../ui/CreateForm';

const CompanyCreateDocument = graphql(`
  mutation CompanyCreate($input: CompanyCreateInput!) {
    companyCreate(input: $input) {
      company {
        ...CompanyRow
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

interface Props {
  opened: boolean;
  onClose: () => void;
  name: string;
}

export function CompanyCreate({ opened, onClose, name }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="New company">
      <Form name={name} onClose={onClose} />
    </Modal>
  );
}

function Form({ name: first, onClose }: { name: string; onClose: () => void }) {
  const navigate = useNavigate();
  const [{ fetching }, create] = useMutation(CompanyCreateDocument);
  const [name, setName] = useState(first);
  const [domain, setDomain] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  // One key for what is written here: a second click or a lost answer makes no second company.
  const [key, setKey] = useState(idempotencyKey);
  // What is sent changed, so it is another request.
  useEffect(() => setKey(idempotencyKey()), [name, domain]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const input = { name, ...(domain.trim() === '' ? {} : { domain: domain.trim() }), idempotencyKey: key };
      const { company } = payload(await create({ input }), (data) => data.companyCreate);
      onClose();
      if (company) await navigate({ to: '/companies/$companyId', params: { companyId: company.id } });
    } catch (error) {
      setFault(explain(error));
    }
  };

  return (
    <CreateForm fault={fault} busy={fetching} onSubmit={(event) => void submit(event)} onCancel={onClose}>
      <TextInput label="Name" required data-autofocus dir="auto" value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput
        label="Domain"
        description="Of its e-mail addresses, such as example.com"
        value={domain}
        onChange={(event) => setDomain(event.currentTarget.value)}
      />
    </CreateForm>
  );
}
